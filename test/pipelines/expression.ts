/** The part of GitHub's expression language that the action uses. Anything else is an error, never a guess. */

export interface Contexts {
  readonly inputs: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, string>>;
  readonly steps: Readonly<
    Record<string, { readonly outcome: string; readonly outputs: Readonly<Record<string, string>> }>
  >;
  readonly cancelled: boolean;
  /** Whether an earlier step has failed: without a status function a condition means "and nothing has failed". */
  readonly failed: boolean;
}

type Value = string | boolean;

/** The text with every `${{ … }}` replaced. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_whole, expression: string) =>
    String(evaluate(expression, contexts)),
  );
}

/** Whether a step with this `if` runs. */
export function runs(condition: string | undefined, contexts: Contexts): boolean {
  if (condition === undefined) return !contexts.failed && !contexts.cancelled;
  const inner = /^\s*\$\{\{(.*)\}\}\s*$/.exec(condition)?.[1] ?? condition;
  const asks = /\b(?:always|cancelled|failure|success)\(\)/.test(inner);
  const value = evaluate(inner, contexts);
  return (asks || (!contexts.failed && !contexts.cancelled)) && value !== false && value !== "";
}

function evaluate(expression: string, contexts: Contexts): Value {
  const tokens =
    expression.match(/'(?:[^']|'')*'|&&|\|\||==|!=|!|[A-Za-z_][\w-]*(?:\.[\w-]+)*(?:\(\))?|\S/g) ?? [];
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const either = (): Value => {
    let left = both();
    while (peek() === "||") {
      at++;
      const right = both();
      left = truthy(left) ? left : right;
    }
    return left;
  };
  const both = (): Value => {
    let left = equality();
    while (peek() === "&&") {
      at++;
      const right = equality();
      left = truthy(left) ? right : left;
    }
    return left;
  };
  const equality = (): Value => {
    const left = unary();
    const operator = peek();
    if (operator !== "==" && operator !== "!=") return left;
    at++;
    const same = String(left).toLowerCase() === String(unary()).toLowerCase();
    return operator === "==" ? same : !same;
  };
  const unary = (): Value => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`Unfinished expression: ${expression}`);
    if (token === "!") return !truthy(unary());
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === "cancelled()") return contexts.cancelled;
    if (token === "always()") return true;
    return look(token, contexts);
  };
  const value = either();
  if (at !== tokens.length) throw new Error(`The test runner does not understand: ${expression}`);
  return value;
}

function look(path: string, contexts: Contexts): string {
  const [root, ...rest] = path.split(".");
  if (root === "inputs" || root === "github") {
    const value = contexts[root][rest.join(".")];
    if (value === undefined) throw new Error(`Nothing is called ${path}.`);
    return value;
  }
  const [step, kind, name] = rest;
  if (root === "steps" && step !== undefined) {
    // A step that has not run has neither outcome nor outputs.
    const found = contexts.steps[step];
    if (kind === "outcome") return found?.outcome ?? "";
    if (kind === "outputs" && name !== undefined) return found?.outputs[name] ?? "";
  }
  throw new Error(`The test runner does not know ${path}.`);
}

function truthy(value: Value): boolean {
  return value !== false && value !== "";
}
