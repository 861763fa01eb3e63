/** The posts API: requests over HTTP, what became of them, and how it came to that. Start reading at {@link io.broadside.publisher.posts.PostsApi}. */
@NullMarked
package io.broadside.publisher.posts;

import org.jspecify.annotations.NullMarked;
