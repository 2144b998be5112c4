using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Sluice.Rules.Credentials;

/// <summary>
/// Keys that were found right. It says nothing about whether they still are: it is for those who share a network with
/// somebody who guesses. Any thread may ask and add.
/// </summary>
/// <remarks>
/// Two halves: when the younger is full it takes the place of the older, so that memory is bounded and what is used is
/// kept.
/// </remarks>
/// <param name="halfMax">Keys of a half, some 150 bytes each; 1 or more.</param>
public sealed class KnownKeys(int halfMax)
{
    private volatile ConcurrentDictionary<Known, bool> _young = new();
    private volatile ConcurrentDictionary<Known, bool> _old = new();

    private readonly record struct Known(string ClientId, int KeyVersion, UInt128 High, UInt128 Low);

    /// <param name="clientId">The client that it names.</param>
    /// <param name="keyVersion">The version that it names.</param>
    /// <param name="digest">SHA-256 of its secret.</param>
    public bool Contains(string clientId, int keyVersion, ReadOnlySpan<byte> digest)
    {
        var known = Of(clientId, keyVersion, digest);
        return _young.ContainsKey(known) || _old.ContainsKey(known);
    }

    /// <summary>It was found right.</summary>
    public void Add(string clientId, int keyVersion, ReadOnlySpan<byte> digest)
    {
        var known = Of(clientId, keyVersion, digest);
        if (_young.ContainsKey(known))
        {
            return; // The usual case.
        }

        if (_young.Count >= halfMax)
        {
            (_old, _young) = (_young, new()); // Two at once lose some of what is known, and nothing else.
        }

        _young[known] = true;
    }

    private static Known Of(string clientId, int keyVersion, ReadOnlySpan<byte> digest) => new(
        clientId, keyVersion, BinaryPrimitives.ReadUInt128BigEndian(digest),
        BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
}
