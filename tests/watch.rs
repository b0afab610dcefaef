//! `watch`: what is served and to whom, and an edition that is made anew while one writes.
//!
//! Requests are written by hand: a client that mends addresses cannot try bad ones.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use middelgroot::base::failure::Report;
use middelgroot::serve::{Board, Server};
use serde_json::Value;
use support::{Made, Project};
use tempfile::TempDir;

/// The longest that anything may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a server answers: status, head and body.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn says(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            (own == name).then_some(value)
        })
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Sends bytes as they are.
fn send(to: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn ask(to: SocketAddr, request: &str) -> Answer {
    let mut bytes = Vec::new();
    // a server that refuses what is too large does not read it to its end
    let _ = send(to, request).read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head,
        body: bytes[end + 4..].to_vec(),
    }
}

fn request(method: &str, path: &str, host: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

fn get(to: SocketAddr, path: &str) -> Answer {
    ask(to, &request("GET", path, &to.to_string()))
}

/// A folder that is served, inside one that is not.
struct Served {
    folder: TempDir,
    board: Board,
    server: Server,
}

impl Served {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("secret.txt", "secret");
        write("out/paper.pdf", "%PDF");
        write("out/data/cijfers met spatie.csv", "a,b\n");
        write("out/.paper/x.txt", "hidden");
        write("out/site/index.html", "<html><body><p>x</p></body></html>");
        write("out/site/site.css", "p{}");
        let board = Board::new(7);
        let server = Server::start(&folder.path().join("out"), 0, board.clone()).unwrap();
        Self {
            folder,
            board,
            server,
        }
    }

    fn get(&self, path: &str) -> Answer {
        get(self.server.address(), path)
    }
}

#[test]
fn files_are_served_with_their_types_and_kept_by_nobody() {
    let served = Served::new();
    for (path, kind, bytes) in [
        ("/paper.pdf", "application/pdf", "%PDF"),
        ("/paper.pdf?x=../y", "application/pdf", "%PDF"),
        (
            "/data/cijfers%20met%20spatie.csv",
            "text/csv; charset=utf-8",
            "a,b\n",
        ),
        ("/site/site.css", "text/css; charset=utf-8", "p{}"),
    ] {
        let answer = served.get(path);
        assert_eq!((answer.status, answer.text()), (200, bytes), "{path}");
        assert_eq!(answer.says("content-type"), Some(kind), "{path}");
        assert_eq!(answer.says("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            answer.says("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
    }
    let address = served.server.address();
    let head = ask(
        address,
        &request("HEAD", "/paper.pdf", &address.to_string()),
    );
    assert_eq!((head.status, head.says("content-length")), (200, Some("4")));
    assert!(head.body.is_empty());
    // a folder is its index, and nothing where it has none
    let moved = served.get("/site");
    assert_eq!(
        (moved.status, moved.says("location")),
        (301, Some("/site/"))
    );
    assert_eq!(served.get("/site/").status, 200);
    for path in ["/data/", "/paper.pdf/", "/none.html", "/-/none"] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_page_gets_its_script_on_the_way_and_stays_as_it_is_on_disk() {
    let served = Served::new();
    let path = served.folder.path().join("out/site/index.html");
    let page = "<html><body><p>x</p><script src=\"/-/reload.js\" data-version=\"7\"></script>\n</body></html>";
    assert_eq!(served.get("/site/index.html").text(), page);
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "<html><body><p>x</p></body></html>"
    );
    served.board.done(String::new());
    assert_eq!(served.get("/site/").text(), page.replace("\"7\"", "\"8\""));
    assert!(
        served
            .get("/-/reload.js")
            .text()
            .contains("EventSource(\"/-/events\")")
    );
    let around = served.get("/-/pdf/paper.pdf");
    assert!(
        around.text().contains("<iframe src=\"/paper.pdf\""),
        "{}",
        around.text()
    );
    assert!(
        around.text().contains("data-version=\"8\""),
        "{}",
        around.text()
    );
    for path in [
        "/-/pdf/none.pdf",
        "/-/pdf/site",
        "/-/pdf/",
        "/-/pdf/..%2fsecret.txt",
    ] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
}

#[test]
fn the_start_page_links_what_is_there_and_says_how_it_stands() {
    let served = Served::new();
    served.board.done("wrote <all>".to_owned());
    served.board.failed("error: <broken>".to_owned());
    let page = served.get("/");
    for part in [
        "<a href=\"/-/pdf/paper.pdf\">paper.pdf</a>",
        "<a href=\"/site/index.html\">site/</a>",
        "<a href=\"/data/cijfers%20met%20spatie.csv\">data/cijfers met spatie.csv</a>",
        "wrote &lt;all&gt;",
        "role=\"alert\">error: &lt;broken&gt;</pre>",
        "the last run failed",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains(".paper"), "{}", page.text());
    served.board.begin();
    assert!(served.get("/").text().contains("at work"));
    served.board.done(String::new());
    let page = served.get("/");
    assert!(page.text().contains("up to date") && !page.text().contains("broken"));
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let served = Served::new();
    for path in [
        "/../secret.txt",
        "/site/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/site/..%5c..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/..%c0%afsecret.txt",
        "/....//secret.txt",
        "/..;/secret.txt",
        "//etc/passwd",
        "///etc/passwd",
        "/%2fetc/passwd",
        "/etc/passwd",
        "/file:///etc/passwd",
        "/paper.pdf%00.html",
        "/.paper/x.txt",
    ] {
        let status = served.get(path).status;
        assert!([400, 403, 404].contains(&status), "{path}: {status}");
    }
    let host = served.server.address().to_string();
    for target in [
        "secret.txt",
        "../secret.txt",
        "file:///etc/passwd",
        &format!("http://{host}/paper.pdf"),
        "*",
    ] {
        let status = ask(served.server.address(), &request("GET", target, &host)).status;
        assert!([400, 403, 404].contains(&status), "{target}: {status}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_folder_only() {
    use std::os::unix::fs::symlink;
    let served = Served::new();
    let out = served.folder.path().join("out");
    symlink(served.folder.path(), out.join("above")).unwrap();
    symlink(out.join("../secret.txt"), out.join("secret.txt")).unwrap();
    symlink("paper.pdf", out.join("again.pdf")).unwrap();
    assert_eq!(served.get("/again.pdf").text(), "%PDF");
    for path in [
        "/secret.txt",
        "/above/secret.txt",
        "/above/out/../secret.txt",
        "/none",
    ] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
    // what lies above but is the same file within is no secret
    assert_eq!(served.get("/above/out/paper.pdf").status, 200);
    let around = served.get("/-/pdf/above");
    assert_eq!(around.status, 404);
}

#[test]
fn only_requests_that_name_this_server_and_change_nothing_are_answered() {
    let served = Served::new();
    let address = served.server.address();
    let port = address.port();
    for host in [format!("127.0.0.1:{port}"), format!("LocalHost:{port}")] {
        assert_eq!(
            ask(address, &request("GET", "/", &host)).status,
            200,
            "{host}"
        );
    }
    for host in [
        "127.0.0.1".to_owned(),
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1:{port}.evil.example"),
        format!("0.0.0.0:{port}"),
        String::new(),
    ] {
        let status = ask(address, &request("GET", "/", &host)).status;
        assert!([400, 403].contains(&status), "{host}: {status}");
    }
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    for heads in [String::new(), own.clone() + "Host: evil.example\r\n"] {
        let text = format!("GET / HTTP/1.1\r\n{heads}Connection: close\r\n\r\n");
        let status = ask(address, &text).status;
        assert!([400, 403].contains(&status), "{heads}: {status}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"] {
        let answer = ask(
            address,
            &request(method, "/paper.pdf", &address.to_string()),
        );
        assert_eq!(
            (answer.status, answer.says("allow")),
            (405, Some("GET, HEAD")),
            "{method}"
        );
    }
    // nothing lets another site read or frame an answer
    let answer = served.get("/");
    assert_eq!(answer.says("access-control-allow-origin"), None);
    assert_eq!(
        answer.says("cross-origin-resource-policy"),
        Some("same-origin")
    );
    assert_eq!(answer.says("x-frame-options"), Some("SAMEORIGIN"));
}

#[test]
fn a_head_that_is_too_large_is_refused_and_the_next_request_is_answered() {
    let served = Served::new();
    let address = served.server.address();
    let large = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nX: {}\r\n\r\n",
        "a".repeat(1 << 17)
    );
    assert_eq!(ask(address, &large).status, 431);
    assert_eq!(served.get("/paper.pdf").status, 200);
}

#[test]
fn it_listens_on_loopback_only_and_stops() {
    let served = Served::new();
    let address = served.server.address();
    assert_eq!(address.ip().to_string(), "127.0.0.1");
    // on every address of the machine it would answer here as well, which is loopback too
    if cfg!(target_os = "linux") {
        let other = SocketAddr::from(([127, 0, 0, 2], address.port()));
        assert!(TcpStream::connect(other).is_err());
    }
    let events = send(address, &request("GET", "/-/events", &address.to_string()));
    drop(served);
    // also a stream that never ends by itself
    let mut rest = Vec::new();
    let _ = BufReader::new(events).read_to_end(&mut rest);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_port_that_is_taken_is_an_error_with_a_hint() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Server::start(Path::new("x"), port, Board::new(1)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot serve on 127.0.0.1:{port}: "))
    );
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("another program listens there") && hint.contains("--port 0"),
        "{hint}"
    );
    let project = Project::frozen();
    let watch = ["watch", "--port", &port.to_string()];
    let run = project
        .run(&watch)
        .ends(4)
        .says("cannot serve on 127.0.0.1");
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    project
        .run(&["watch", "--edition", "1999"])
        .ends(2)
        .says("there is no edition `1999`");
    Project::empty().run(&["watch"]).ends(2).says("--project");
}

/// The notices that a page hears.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(address: SocketAddr) -> Self {
        let stream = send(
            address,
            &format!("GET /-/events HTTP/1.1\r\nHost: {address}\r\n\r\n"),
        );
        Self(BufReader::new(stream))
    }

    /// The next notice that is so; what comes before it is left out.
    fn until(&mut self, is_so: impl Fn(&Value) -> bool) -> Value {
        let (begun, mut last) = (Instant::now(), Value::Null);
        while begun.elapsed() < PATIENCE {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(notice) = line.strip_prefix("data: ") {
                last = serde_json::from_str(notice).unwrap();
                if is_so(&last) {
                    return last;
                }
            }
        }
        panic!("it did not come, but last {last}");
    }
}

#[test]
fn every_change_is_heard_at_once_and_by_who_comes_later() {
    let served = Served::new();
    let mut events = Events::of(served.server.address());
    let version = |notice: &Value| notice["version"].as_u64();
    assert_eq!(version(&events.until(|_| true)), Some(7));
    served.board.begin();
    events.until(|notice| notice["at_work"] == true);
    served.board.failed("error: x".to_owned());
    let failed = events.until(|notice| notice["at_work"] == false);
    assert_eq!(
        (version(&failed), failed["error"].as_str()),
        (Some(7), Some("error: x"))
    );
    assert_eq!(Events::of(served.server.address()).until(|_| true), failed);
    served.board.done("all".to_owned());
    let done = events.until(|_| true);
    assert_eq!((version(&done), &done["error"]), (Some(8), &Value::Null));
}

/// The program at work; it ends with the test.
struct Program {
    child: Child,
    address: SocketAddr,
    said: BufReader<ChildStderr>,
}

impl Program {
    fn start(project: &Project) -> Self {
        let mut command = project.command(&["watch", "--port", "0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line
            .strip_prefix("serving http://")
            .and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address: {line}"));
        Self {
            address: address.parse().unwrap(),
            child,
            said,
        }
    }

    /// Ctrl-C, upon which it ends as something that is done.
    fn interrupt(&mut self) {
        let process = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &process])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        assert!(said.ends_with("stopped\n"), "{said}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A project with a paper of one chapter.
fn small() -> Project {
    let project = Made::new().project;
    let main = "#set document(title: \"Proef\")\n#set text(font: \"Noto Sans\", lang: \"nl\")\n#include \"chapters/proef.typ\"\n";
    project.write("src/paper/main.typ", main);
    // numbers in a title are facts, or the paper is refused
    let theme = "queries/themes/proef.toml";
    let titles = project
        .text(theme)
        .replace("van 1.000 tot 3.000", "van middelmaat");
    project.write(theme, &titles);
    project.write("src/paper/chapters/proef.typ", "= Proef\nEen zin.\n");
    project
}

/// Whether a run is over, well or not.
fn is_over(notice: &Value) -> bool {
    notice["at_work"] == false && (notice["said"] != "" || notice["error"] != Value::Null)
}

#[test]
fn an_error_shows_while_the_last_paper_still_stands_and_mended_it_is_made_anew() {
    let project = small();
    let chapter = "src/paper/chapters/proef.typ";
    let mut program = Program::start(&project);
    let mut events = Events::of(program.address);
    let first = events.until(is_over);
    assert_eq!(first["error"], Value::Null, "{first}");
    let paper = || get(program.address, "/de-kracht-van-middelgroot-2024.pdf").body;
    let before = paper();
    assert!(before.starts_with(b"%PDF-"));

    project.write(chapter, "= Proef\nEen #zin.\n");
    let failed = events.until(|notice| is_over(notice) && notice["error"] != Value::Null);
    let error = failed["error"].as_str().unwrap();
    assert!(
        error.contains("chapters/proef.typ:2:5: error: unknown variable: zin"),
        "{error}"
    );
    assert!(error.contains("\nhint: "), "{error}");
    assert_eq!(failed["version"], first["version"]);
    assert!(paper() == before, "the last good paper is served");
    assert!(
        get(program.address, "/")
            .text()
            .contains("unknown variable: zin")
    );

    // what an editor keeps for itself is no change
    for name in [".proef.typ.swp", "proef.typ~", "#proef.typ#"] {
        project.write(&format!("src/paper/chapters/{name}"), "x");
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(Events::of(program.address).until(|_| true), failed);

    project.write(chapter, "= Proef\nEen andere zin.\n");
    let version = |notice: &Value| notice["version"].as_u64().unwrap();
    let mended = events.until(|notice| version(notice) > version(&first));
    assert_eq!(
        (version(&mended), &mended["error"]),
        (version(&first) + 1, &Value::Null)
    );
    assert!(paper() != before, "the paper is made anew");

    // what is asked counts as well
    project.append("queries/themes/proef.toml", "\ntypo = 1\n");
    let failed = events.until(|notice| is_over(notice) && notice["error"] != Value::Null);
    let error = failed["error"].as_str().unwrap();
    assert!(
        error.contains("proef.toml:") && error.contains("typo"),
        "{error}"
    );

    program.interrupt();
    assert!(TcpStream::connect(program.address).is_err());
    let left = fs::read_dir(project.path("output")).unwrap().count();
    assert_eq!(left, 1, "nothing half-made stays");
}
