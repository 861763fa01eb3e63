/** LinkedIn members and organisations: https://learn.microsoft.com/en-us/linkedin/marketing/community-management. */
@NullMarked
package io.broadside.publisher.platform.linkedin;

import org.jspecify.annotations.NullMarked;
