/** Instagram's professional accounts: https://developers.facebook.com/docs/instagram-platform/content-publishing. */
@NullMarked
package io.broadside.publisher.platform.instagram;

import org.jspecify.annotations.NullMarked;
