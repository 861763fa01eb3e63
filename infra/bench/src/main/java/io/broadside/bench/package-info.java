/** Benchmarks that print ratios within one run, because machines differ. */
@NullMarked
package io.broadside.bench;

import org.jspecify.annotations.NullMarked;
