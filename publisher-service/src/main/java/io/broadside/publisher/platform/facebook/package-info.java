/** Facebook Pages through the Graph API: https://developers.facebook.com/docs/pages-api. */
@NullMarked
package io.broadside.publisher.platform.facebook;

import org.jspecify.annotations.NullMarked;
