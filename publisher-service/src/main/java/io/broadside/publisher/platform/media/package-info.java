/** Reading media from addresses that strangers chose, in pieces, with bounded memory. */
@NullMarked
package io.broadside.publisher.platform.media;

import org.jspecify.annotations.NullMarked;
