package io.broadside.token.connect;

/**
 * One thing that is wrong with a request.
 *
 * @param field the field, by its name in the JSON
 * @param rule name of the rule that was broken
 * @param message one sentence for a person, saying what to do; never the value of a token
 */
record FieldFault(String field, String rule, String message) {}
