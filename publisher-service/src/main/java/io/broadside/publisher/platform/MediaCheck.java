package io.broadside.publisher.platform;

import io.broadside.events.Media;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Checks what a sender says of a file: its size, its sides and how long it lasts. What is not said is not guessed; the platform
 * tells then.
 */
public final class MediaCheck {

    private final ContentCheck check;
    private final String platform;
    private final String field;
    private final Media medium;

    MediaCheck(ContentCheck check, String platform, String field, Media medium) {
        this.check = check;
        this.platform = platform;
        this.field = field;
        this.medium = medium;
    }

    /** Width to height, as people write it and as it is reckoned with. */
    public record Ratio(String text, int width, int height) {

        public static Ratio of(int width, int height) {
            return new Ratio(width + ":" + height, width, height);
        }
    }

    /** Two sides in pixels. */
    public record Sides(int width, int height) {

        int shorter() {
            return Math.min(width, height);
        }

        int longer() {
            return Math.max(width, height);
        }

        /** By more than rounding: 1200x628 passes for 1.91:1. */
        private boolean isNarrowerThan(Ratio ratio) {
            return 100L * width * ratio.height < 99L * height * ratio.width;
        }

        private boolean isWiderThan(Ratio ratio) {
            return 100L * width * ratio.height > 101L * height * ratio.width;
        }

        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    /** What it is said to measure is something. */
    void isMeasured() {
        positive("sizeBytes", medium.getSizeBytes().orElse(1L));
        positive("durationMs", medium.getDurationMs().orElse(1L));
        positive("width", medium.getWidth().orElse(1));
        positive("height", medium.getHeight().orElse(1));
    }

    private void positive(String name, long value) {
        if (value <= 0) {
            check.add(
                    field + "." + name,
                    "positive",
                    "1",
                    Long.toString(value),
                    "A number above 0 is needed; correct it, or leave it out.");
        }
    }

    /**
     * How long it lasts.
     *
     * @param what in the plural: {@code reels}
     */
    public void lasts(Duration shortest, Duration longest, String what) {
        medium.getDurationMs()
                .filter(length -> length > 0)
                .map(Duration::ofMillis)
                .ifPresent(lasts -> {
                    var allowed = platform + " takes " + what + " of "
                            + (shortest.isZero() ? "at most " : words(shortest) + " to ") + words(longest)
                            + ", and this lasts "
                            + words(lasts) + "; use a ";
                    if (lasts.compareTo(shortest) < 0) {
                        duration("minDuration", shortest, lasts, allowed + "longer one.");
                    } else if (lasts.compareTo(longest) > 0) {
                        duration("maxDuration", longest, lasts, allowed + "shorter one.");
                    }
                });
    }

    /**
     * Its width to its height. A hundredth more or less is the rounding of pixels.
     *
     * @param what in the plural: {@code images}
     */
    public void isShaped(Ratio narrowest, Ratio widest, String what) {
        var allowed = narrowest.equals(widest) ? widest.text() : narrowest.text() + " to " + widest.text();
        withSides(sides -> {
            if (sides.isNarrowerThan(narrowest) || sides.isWiderThan(widest)) {
                sides(
                        "aspectRatio",
                        allowed,
                        sides,
                        platform + " takes " + what + " with a width to height of " + allowed + ", and this has "
                                + sides + "; crop it, or use another one.");
            }
        });
    }

    /** Whichever way it is turned. */
    public void hasSidesOf(int shortest, int longest, String what) {
        withSides(sides -> {
            if (sides.shorter() < shortest || sides.longer() > longest) {
                var allowed = shortest + " to " + longest + " pixels";
                sides(
                        "sides",
                        allowed,
                        sides,
                        platform + " takes " + what + " with sides of " + allowed + ", and this has " + sides
                                + "; use another size.");
            }
        });
    }

    /** Not turned: the width to the width, and the height to the height. */
    public void isAtLeast(Sides smallest, String what) {
        withSides(sides -> {
            if (sides.width() < smallest.width() || sides.height() < smallest.height()) {
                sides(
                        "minSides",
                        smallest.toString(),
                        sides,
                        platform + " takes " + what + " of at least " + smallest + " pixels, and this has " + sides
                                + "; use a larger one.");
            }
        });
    }

    public void isNoWiderThan(int limit, String what) {
        withSides(sides -> {
            if (sides.width() > limit) {
                sides(
                        "maxWidth",
                        Integer.toString(limit),
                        sides,
                        platform + " takes " + what + " of at most " + limit + " pixels in width, and this has " + sides
                                + "; use a smaller one.");
            }
        });
    }

    public void isAtMost(Sides largest, String what) {
        withSides(sides -> {
            if (sides.width() > largest.width() || sides.height() > largest.height()) {
                tooLarge(largest, sides, what);
            }
        });
    }

    /** Whichever way it is turned. */
    public void isAtMostTurned(Sides largest, String what) {
        withSides(sides -> {
            if (sides.shorter() > largest.shorter() || sides.longer() > largest.longer()) {
                tooLarge(largest, sides, what);
            }
        });
    }

    public void hasFewerPixelsThan(long limit, String what) {
        withSides(sides -> {
            if ((long) sides.width() * sides.height() >= limit) {
                sides(
                        "maxPixels",
                        Long.toString(limit),
                        sides,
                        platform + " takes " + what + " of fewer than " + limit + " pixels, and this has " + sides
                                + "; use a smaller one.");
            }
        });
    }

    public void hasAtLeastBytes(long limit, String what) {
        medium.getSizeBytes()
                .filter(size -> size > 0 && size < limit)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "minBytes",
                        Long.toString(limit),
                        Long.toString(size),
                        platform + " takes " + what + " of at least " + limit + " bytes; use a larger file."));
    }

    private void withSides(Consumer<Sides> then) {
        medium.getWidth()
                .flatMap(width -> medium.getHeight().map(height -> new Sides(width, height)))
                .filter(sides -> sides.width() > 0 && sides.height() > 0)
                .ifPresent(then);
    }

    private void tooLarge(Sides largest, Sides found, String what) {
        sides(
                "maxSides",
                largest.toString(),
                found,
                platform + " takes " + what + " of at most " + largest + " pixels, and this has " + found
                        + "; use a smaller one.");
    }

    private void sides(String rule, String limit, Sides found, String message) {
        check.add(field + ".width", rule, limit, found.toString(), message);
    }

    private void duration(String rule, Duration limit, Duration found, String message) {
        check.add(
                field + ".durationMs", rule, Long.toString(limit.toMillis()), Long.toString(found.toMillis()), message);
    }

    private static String words(Duration duration) {
        var isWholeMinutes = duration.toMinutes() >= 3 && duration.equals(Duration.ofMinutes(duration.toMinutes()));
        return isWholeMinutes
                ? duration.toMinutes() + " minutes"
                : BigDecimal.valueOf(duration.toMillis(), 3)
                                .stripTrailingZeros()
                                .toPlainString() + " s";
    }
}
