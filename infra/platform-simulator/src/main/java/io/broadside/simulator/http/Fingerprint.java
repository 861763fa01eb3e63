package io.broadside.simulator.http;

/**
 * Equal for equal contents, however they were cut into pieces: those of the pieces give the one of the whole. So a piece can be
 * forgotten as soon as it went by, and an upload continues after a restart. Finds mistakes, not forgers.
 *
 * @param length in bytes
 * @param hash of the bytes as digits of a number, modulo 2^61 - 1
 */
public record Fingerprint(long length, long hash) {
    public static final Fingerprint EMPTY = new Fingerprint(0, 0);

    private static final long MODULUS = (1L << 61) - 1;
    /** Small enough for four digits to be added up in a long. */
    private static final long BASE = 99_991;

    private static final long BASE_2 = BASE * BASE;
    private static final long BASE_3 = BASE_2 * BASE;
    private static final long BASE_4 = multiply(BASE_2, BASE_2);

    /** With these bytes behind. Bytes count from 1, so that zeros are not nothing. */
    public Fingerprint plus(byte[] bytes) {
        long sum = hash;
        int i = 0;
        for (; i + 4 <= bytes.length; i += 4) {
            long digits = ((bytes[i] & 0xff) + 1) * BASE_3
                    + ((bytes[i + 1] & 0xff) + 1) * BASE_2
                    + ((bytes[i + 2] & 0xff) + 1) * BASE
                    + ((bytes[i + 3] & 0xff) + 1);
            sum = reduce(multiply(sum, BASE_4) + digits);
        }
        for (; i < bytes.length; i++) {
            sum = reduce(multiply(sum, BASE) + (bytes[i] & 0xff) + 1);
        }
        return new Fingerprint(length + bytes.length, sum);
    }

    /** With other contents behind. */
    public Fingerprint plus(Fingerprint next) {
        return new Fingerprint(length + next.length, reduce(multiply(hash, power(next.length)) + next.hash));
    }

    /** As it is written in publications. */
    public String text() {
        return "content:" + length + "-" + Long.toHexString(hash);
    }

    private static long power(long exponent) {
        long result = 1;
        long square = BASE;
        for (long left = exponent; left > 0; left >>= 1) {
            if ((left & 1) == 1) {
                result = multiply(result, square);
            }
            square = multiply(square, square);
        }
        return result;
    }

    private static long multiply(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        return reduce((low & MODULUS) + ((low >>> 61) | (high << 3)));
    }

    private static long reduce(long number) {
        long folded = (number & MODULUS) + (number >>> 61);
        return folded >= MODULUS ? folded - MODULUS : folded;
    }
}
