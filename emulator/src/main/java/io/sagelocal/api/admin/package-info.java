/**
 * The emulator's own calls under {@code /_sagelocal/}, for tests: faults on demand, and a reset.
 * Start with {@link io.sagelocal.api.admin.AdminHandler}.
 */
@NullMarked
package io.sagelocal.api.admin;

import org.jspecify.annotations.NullMarked;
