/** TikTok through its Content Posting API: https://developers.tiktok.com/doc/content-posting-api-get-started. */
@NullMarked
package io.broadside.publisher.platform.tiktok;

import org.jspecify.annotations.NullMarked;
