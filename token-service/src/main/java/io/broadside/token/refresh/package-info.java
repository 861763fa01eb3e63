/** Renewing tokens: when, by whom, and once. */
@NullMarked
package io.broadside.token.refresh;

import org.jspecify.annotations.NullMarked;
