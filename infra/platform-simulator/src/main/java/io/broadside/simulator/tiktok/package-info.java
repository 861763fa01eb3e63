/** TikTok: logging in, and publishing videos and photos. */
@NullMarked
package io.broadside.simulator.tiktok;

import org.jspecify.annotations.NullMarked;
