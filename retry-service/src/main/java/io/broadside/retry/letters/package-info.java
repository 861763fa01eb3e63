/** The dead letters: found, grouped, explained, and taken up again. */
@NullMarked
package io.broadside.retry.letters;

import org.jspecify.annotations.NullMarked;
