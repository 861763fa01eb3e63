/** Deliveries as the networks sign them, and the handshakes before them. */
@NullMarked
package io.broadside.simulator.webhooks;

import org.jspecify.annotations.NullMarked;
