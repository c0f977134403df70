/** A rule that cannot be understood, or does not exist. */
export class RuleError extends Error {}
