/** Calls to platforms: bounded, counted, written down, and honest about whether a request may have left. */
@NullMarked
package io.broadside.runtime.http;

import org.jspecify.annotations.NullMarked;
