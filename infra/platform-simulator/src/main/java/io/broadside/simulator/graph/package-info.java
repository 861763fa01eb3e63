/** What the networks of Meta have in common: the Graph API's calls, errors and webhooks. */
@NullMarked
package io.broadside.simulator.graph;

import org.jspecify.annotations.NullMarked;
