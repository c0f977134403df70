/** Base of all errors of this package. */
export class MessageError extends Error {}

/** A message that cannot be understood. */
export class SyntaxProblem extends MessageError {}

/** No language of the chain has a message. */
export class MissingMessage extends MessageError {
  constructor(locale, key) {
    super(`no message ${key} for ${locale}`);
    this.key = key;
  }
}
