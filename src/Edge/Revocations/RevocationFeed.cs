using Sluice.Edge.Credentials;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Revocations;

/// <summary>
/// What this edge knows of revocations. Asked on the path of every request, from any thread, without a lock; changed by
/// one follower only.
/// </summary>
internal sealed class RevocationFeed(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private volatile FeedView _view = FeedView.Beginning;

    /// <summary>Edge's monotonic time, as the view counts it.</summary>
    public TimeSpan Now => time.GetElapsedTime(_started);

    public FeedView View => _view;

    /// <summary>How long ago everything was known that was durable then; since the edge began, if never.</summary>
    public TimeSpan Silence => Now - (_view.HeardAt ?? TimeSpan.Zero);

    /// <summary>What an admission is worth, however it was come by.</summary>
    public Standing Judge(in Caller caller, in AdmitReply reply) =>
        _view.Set.Judge(caller.ClientId, caller.KeyVersion, reply.ClientChange);

    /// <inheritdoc cref="FeedView.IsHeardWithin"/>
    public bool IsHeardWithin(TimeSpan silence) => _view.IsHeardWithin(silence, Now);

    /// <summary>
    /// Whether something may be remembered, or is good still. Asked under the lock under which it is remembered: either
    /// this sees a change, or the recall that follows the change finds what was remembered.
    /// </summary>
    public bool MayRemember(string clientId, int keyVersion, in DecidedBy decided) =>
        _view.Set.MayRemember(clientId, keyVersion, decided);

    /// <summary>Knows more from here on. What the change ends is recalled after this.</summary>
    /// <param name="page">An answer of a silo.</param>
    /// <param name="asked">When it was asked.</param>
    public FeedChange Apply(FeedPage page, TimeSpan asked)
    {
        _view = _view.Apply(page, asked, Now, out var change);
        return change;
    }
}
