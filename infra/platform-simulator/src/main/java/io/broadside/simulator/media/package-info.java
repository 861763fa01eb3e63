/** Media to publish, so that demonstrations and tests need no other server. All of them are made by code. */
@NullMarked
package io.broadside.simulator.media;

import org.jspecify.annotations.NullMarked;
