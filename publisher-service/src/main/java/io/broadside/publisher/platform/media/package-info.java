/** Fetching media from addresses that strangers chose. */
@NullMarked
package io.broadside.publisher.platform.media;

import org.jspecify.annotations.NullMarked;
