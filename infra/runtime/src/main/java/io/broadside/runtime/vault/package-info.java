/** Secrets at rest: sealed with keysets that only the services in question hold. */
@NullMarked
package io.broadside.runtime.vault;

import org.jspecify.annotations.NullMarked;
