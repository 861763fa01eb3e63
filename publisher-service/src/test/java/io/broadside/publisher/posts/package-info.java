/** Tests of the posts API. */
@NullMarked
package io.broadside.publisher.posts;

import org.jspecify.annotations.NullMarked;
