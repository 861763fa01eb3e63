package io.broadside.runtime.health;

/**
 * Whether one part of a service would work now.
 *
 * @param name which part
 * @param detail for a person: why not, or what it looks like when all is well
 */
public record Check(String name, boolean isOk, String detail) {

    public static Check ok(String name, String detail) {
        return new Check(name, true, detail);
    }

    public static Check failing(String name, String detail) {
        return new Check(name, false, detail);
    }
}
