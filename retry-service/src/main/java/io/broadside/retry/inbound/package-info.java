/** What platforms tell of our posts, turned to the connections whose commands may wait for it. */
@NullMarked
package io.broadside.retry.inbound;

import org.jspecify.annotations.NullMarked;
