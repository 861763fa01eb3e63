/** What a platform offers, and the one list of all of them. One package below this one per platform. */
@NullMarked
package io.broadside.publisher.platform;

import org.jspecify.annotations.NullMarked;
