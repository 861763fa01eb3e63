/** The Graph API for Facebook Pages. */
@NullMarked
package io.broadside.simulator.facebook;

import org.jspecify.annotations.NullMarked;
