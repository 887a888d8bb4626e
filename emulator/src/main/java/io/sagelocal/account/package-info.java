/**
 * Who calls, and what AWS clients ask for on the way: identities for STS and IAM, and the settings
 * that point a client, old or new, on this machine or in a container, at the emulator. Start with
 * {@link io.sagelocal.account.ClientSettings}. Values only; any thread.
 */
@NullMarked
package io.sagelocal.account;

import org.jspecify.annotations.NullMarked;
