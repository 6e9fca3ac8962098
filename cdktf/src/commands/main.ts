import { runProgram } from "../run-program.ts";
import { program } from "./program.ts";

await runProgram(program);
