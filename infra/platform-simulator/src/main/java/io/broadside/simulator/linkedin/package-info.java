/** LinkedIn: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/community-management-overview. */
@NullMarked
package io.broadside.simulator.linkedin;

import org.jspecify.annotations.NullMarked;
