export { type ErrorCode, errorCodeFromNumber, errorCodes } from './error-code';
export { alreadyExists, internal, invalidField, invalidFields, notFound, unavailable } from './constructors';
export { type FieldViolation, WeftError, type WeftErrorOptions } from './weft-error';
