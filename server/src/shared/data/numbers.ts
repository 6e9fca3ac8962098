const literal = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The digits of a decimal number without zeros at their ends, and the power of ten that they are multiplied by. */
function digitsOf(text: string): string {
  const [, whole = "", fraction = "", exponent = "0"] = literal.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/**
 * Why a JSON number would change; undefined if it would not. Numbers are stored as 64-bit floating point (IEEE 754),
 * and written with the fewest digits of the same value.
 */
export function inexactnessOf(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return "is a number beyond ±1.7976931348623157e308: send it as a string";
  if (Object.is(value, -0)) return "is the number -0, which JSON writers turn into 0: send 0, or a string";
  if (value === 0) {
    const [digits = ""] = text.split(/e/i, 1);
    return /[1-9]/.test(digits) ? "is too close to 0 for 64-bit floating point: send it as a string" : undefined;
  }
  const written = String(value);
  if (written === text || digitsOf(written) === digitsOf(text)) return undefined;
  return Number.isInteger(value)
    ? "is an integer that 64-bit floating point cannot hold exactly: send it as a string"
    : "has more digits than 64-bit floating point can hold: send it as a string";
}
