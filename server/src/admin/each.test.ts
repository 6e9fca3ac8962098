import { UserError } from "@analyze/common/errors";
import { expect, it } from "vitest";
import { doEach } from "./each.ts";

/** Does the step for these tasks, of which some fail, and returns what is said and thrown. */
async function run(ids: string[], fails: Record<string, Error> = {}) {
  const said: string[] = [];
  const done: string[] = [];
  const one = async (id: string): Promise<void> => {
    const error = fails[id];
    if (error) throw error;
    done.push(id);
  };
  const error: unknown = await doEach(ids, { done: "Retried", one, say: (line) => void said.push(line) }).catch(
    (thrown: unknown) => thrown,
  );
  return { said, done, error };
}

it.each<[ids: string[], said: string]>([
  [[], "Retried 0."],
  [["a"], "Retried 1."],
  [["a", "b", "c"], "Retried 3."],
])("for %j it says %s", async (ids, said) => {
  expect(await run(ids)).toEqual({ said: [said], done: ids, error: undefined });
});

it("a task that cannot be done does not stop the others, and is named at the end", async () => {
  const fails = { a: new UserError("a is active"), c: new UserError("c: there is no task with this ID") };
  const { said, done, error } = await run(["a", "b", "c", "d"], fails);
  expect([said, done]).toEqual([["Retried 2."], ["b", "d"]]);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: "a is active\nc: there is no task with this ID" });
});

it("a defect stops at once, and is not taken for a fault of the task", async () => {
  const defect = new TypeError("job is undefined");
  expect(await run(["a", "b", "c"], { b: defect })).toEqual({ said: [], done: ["a"], error: defect });
});
