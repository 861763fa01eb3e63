/** Instagram, by both logins: with its own, and through Facebook Pages. */
@NullMarked
package io.broadside.simulator.instagram;

import org.jspecify.annotations.NullMarked;
