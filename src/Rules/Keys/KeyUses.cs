using System.Runtime.InteropServices;

namespace Sluice.Rules.Keys;

/// <summary>How a key version was used, by all that is known.</summary>
/// <param name="FirstAt">When it was accepted first; null when it never was.</param>
/// <param name="LastAt">When it was accepted last.</param>
/// <param name="Accepted">Calls that it was right for, whatever else became of them; 0 or more.</param>
/// <param name="RefusedAt">When it was presented last though it was refused; null when it never was.</param>
/// <param name="Refused">How often it was presented though it was refused; 0 or more.</param>
public readonly record struct KeyUse(
    DateTimeOffset? FirstAt, DateTimeOffset? LastAt, long Accepted, DateTimeOffset? RefusedAt, long Refused);

/// <summary>
/// The uses of the versions of one client's keys. One owner changes it in place: to count allocates nothing once a
/// version is known.
/// </summary>
public sealed class KeyUses
{
    private readonly Dictionary<int, KeyUse> _byVersion = [];

    /// <summary>Something was counted since <see cref="Kept"/>.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>What is known of a version; nothing when nothing was counted.</summary>
    public KeyUse Of(int version) => _byVersion.GetValueOrDefault(version);

    /// <summary>What was kept of a version when nobody counted yet.</summary>
    public void Restore(int version, in KeyUse use) => _byVersion[version] = use;

    public void Accepted(int version, long calls, DateTimeOffset now)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_byVersion, version, out _);
        use = new KeyUse(use.FirstAt ?? now, now, use.Accepted + calls, use.RefusedAt, use.Refused);
        HasChanged = true;
    }

    public void Refused(int version, DateTimeOffset now)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_byVersion, version, out _);
        use = use with { RefusedAt = now, Refused = use.Refused + 1 };
        HasChanged = true;
    }

    /// <summary>Everything that is counted so far is kept somewhere.</summary>
    public void Kept() => HasChanged = false;

    /// <summary>Forgets what is no version of the ring any more.</summary>
    public void KeepOnly(KeyRing ring)
    {
        foreach (var version in _byVersion.Keys.Where(version => ring.Find(version) is null).ToList())
        {
            _byVersion.Remove(version);
        }
    }
}
