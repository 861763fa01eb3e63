package io.broadside.token.platform;

/**
 * An account as its platform names it.
 *
 * @param id the platform's id: of a Page, a user
 * @param name name to show
 */
public record Account(String id, String name) {}
