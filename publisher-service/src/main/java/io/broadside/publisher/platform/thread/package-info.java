/** Contents that become several posts, each in answer to an earlier one, on platforms that have threads. */
@NullMarked
package io.broadside.publisher.platform.thread;

import org.jspecify.annotations.NullMarked;
