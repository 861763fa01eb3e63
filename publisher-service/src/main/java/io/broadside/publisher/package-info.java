/** publisher-service: requests in, posts on platforms and results out. Start reading at {@link io.broadside.publisher.PublisherService}. */
@NullMarked
package io.broadside.publisher;

import org.jspecify.annotations.NullMarked;
