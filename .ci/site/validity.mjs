// html-validate over a whole folder, in a thread of its own: it takes longer than all else that needs no browser.
import { parentPort, workerData } from "node:worker_threads";
import { filesOf, validity } from "./files.mjs";

const paths = filesOf(workerData).filter((path) => path.endsWith(".html"));
parentPort.postMessage(await validity(workerData, paths));
