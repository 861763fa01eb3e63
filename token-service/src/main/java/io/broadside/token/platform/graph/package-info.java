/** What the platforms of Meta's Graph API have in common. */
@NullMarked
package io.broadside.token.platform.graph;

import org.jspecify.annotations.NullMarked;
