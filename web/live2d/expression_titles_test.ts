import { assertEquals } from "@std/assert";
import { readParameterNames, saysNothing, titlesByParameters } from "./expression_titles.ts";
import { readExpression } from "./expressions.ts";

function expression(name: string, changes: Record<string, number>, blend = "Add") {
  const Parameters = Object.entries(changes).map(([Id, Value]) => ({ Id, Value, Blend: blend }));
  return readExpression(name, { Parameters });
}

Deno.test("U5: names of faces that are no more than numbers are told from names", () => {
  for (const name of ["F01", "exp_01", "Expression 3", "1", "face-2", "表情1", "07.exp3.json"]) {
    assertEquals(saysNothing(name), true, name);
  }
  for (const name of ["smile", "F", "生气", "exp_smile", "mode2", "Face"]) assertEquals(saysNothing(name), false, name);
});

Deno.test("U5: a face without a name is called what its author calls the parameters that are the model's own", () => {
  const names = readParameterNames({
    Version: 3,
    Parameters: [
      { Id: "ParamMouthForm", Name: "口 変形" },
      { Id: "ParamTere", Name: "照れ" },
      { Id: "Param12", Name: " 星　目\n" },
      { Id: "Param13", Name: "Glasses" },
      { Id: "Param14", Name: "Param14" },
      { Id: 5, Name: "odd" },
      null,
    ],
  });
  const titles = titlesByParameters([
    expression("F01", { ParamMouthForm: 1 }),
    expression("F02", { ParamMouthForm: 1, ParamTere: 1, Param13: 0 }),
    expression("3", { Param12: 1, Param13: 1, ParamTere: 1 }),
    expression("F04", { Param12: 1 }, "Multiply"),
    expression("F05", { Param14: 1 }),
    expression("blush", { ParamTere: 1 }),
  ], names);
  assertEquals([...titles], [["F02", "照れ"], ["3", "星 目, Glasses"]]);
  for (const json of [null, 5, {}, { Parameters: "none" }]) assertEquals(readParameterNames(json), new Map());
});
