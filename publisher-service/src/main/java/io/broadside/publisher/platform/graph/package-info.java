/** What the platforms of Meta's Graph API have in common: https://developers.facebook.com/docs/graph-api. */
@NullMarked
package io.broadside.publisher.platform.graph;

import org.jspecify.annotations.NullMarked;
