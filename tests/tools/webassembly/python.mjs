// `python` for CPython in WebAssembly: node python.mjs FOLDERS START ARGUMENTS...
//
// FOLDERS is a JSON list of this machine's folders, which the program has by the same paths, and START
// the one to start in; the rest of its files are in memory. The streams are node's own.
import { loadPyodide } from "pyodide";

const [folders, start, ...args] = process.argv.slice(2);

function fsInit(FS) {
  for (const folder of JSON.parse(folders)) {
    FS.mkdirTree(folder);
    FS.mount(FS.filesystems.NODEFS, { root: folder }, folder);
  }
  FS.chdir(start);
}

// Python would stay to be asked more otherwise, and SystemExit be an error.
const env = { ...process.env, PYTHONINSPECT: "" };
delete env.HOME; // There is none of these folders but the above.

function ended(error) {
  if (error.constructor.name !== "ExitStatus") throw error;
  return error.status;
}

try {
  const python = await loadPyodide({ args, env, fsInit });
  python.setStdin();
  python.setStdout();
  python.setStderr();
  const status = python._module._run_main();
  process.exitCode = python._module._Py_FinalizeEx() < 0 ? 120 : status;
} catch (error) {
  process.exitCode = ended(error);
}
