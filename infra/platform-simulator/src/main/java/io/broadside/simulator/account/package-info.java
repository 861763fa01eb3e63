/** The accounts of both networks. */
@NullMarked
package io.broadside.simulator.account;

import org.jspecify.annotations.NullMarked;
