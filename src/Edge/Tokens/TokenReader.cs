using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>
/// Finds out whether a text is a good access token, without asking the client's grain: by its signature, or because it
/// was found right before.
/// </summary>
internal sealed class TokenReader(IssuerKeys keys, TimeProvider time)
{
    /// <summary>For a key that is not known the issuer is asked no more often than this, whoever sends what.</summary>
    private static readonly TimeSpan UnknownKeyCooldown = TimeSpan.FromSeconds(1);

    /// <summary>Most texts of one of the two halves that are remembered.</summary>
    private const int RememberedMax = 8192;

    // Two halves: when the younger is full it takes the place of the older, so that memory is bounded and what is used
    // is kept.
    private volatile ConcurrentDictionary<Digest, VerifiedToken> _young = new();
    private volatile ConcurrentDictionary<Digest, VerifiedToken> _old = new();

    private readonly record struct Digest(UInt128 High, UInt128 Low);

    /// <summary>No key of ours has a dot.</summary>
    public static bool IsOne(ReadOnlySpan<char> text) => text.Contains('.');

    /// <summary>Whether it was called back is not asked here.</summary>
    /// <exception cref="Exception">Nothing is known of the issuer yet, and it does not answer.</exception>
    public async ValueTask<(TokenFault Fault, VerifiedToken? Token)> ReadAsync(string text)
    {
        if (text.Length > CompactToken.LengthMax)
        {
            return (TokenFault.TooLong, null);
        }

        var view = keys.View ?? await keys.CurrentAsync();
        var digest = DigestOf(text);
        if (Find(digest) is { } remembered && IsGoodStill(remembered, view))
        {
            return (TokenFault.None, remembered);
        }

        var fault = TryVerify(text, view, out var verified);
        if (fault is TokenFault.UnknownKey)
        {
            fault = TryVerify(text, await keys.NoOlderThanAsync(UnknownKeyCooldown), out verified);
        }

        if (verified is not null)
        {
            Remember(digest, verified);
        }

        return (fault, verified);
    }

    /// <summary>A key that is told no more makes its tokens worth nothing, also those that were found right.</summary>
    private bool IsGoodStill(VerifiedToken remembered, IssuerView view) =>
        view.Expectation?.Keys.Find(remembered.Token.SignedBy) is not null
        && AccessTokenRules.IsInTime(remembered.Token, time.GetUtcNow());

    private TokenFault TryVerify(string text, IssuerView view, out VerifiedToken? verified)
    {
        verified = null;
        if (view.Expectation is not { } expectation)
        {
            return TokenFault.UnknownKey;
        }

        var fault = AccessTokenRules.TryRead(text, expectation, time.GetUtcNow(), out var token);
        verified = token is null ? null : new VerifiedToken(token);
        return fault;
    }

    private VerifiedToken? Find(Digest digest)
    {
        if (_young.TryGetValue(digest, out var found))
        {
            return found;
        }

        if (_old.TryGetValue(digest, out found))
        {
            Remember(digest, found);
        }

        return found;
    }

    private void Remember(Digest digest, VerifiedToken token)
    {
        if (_young.Count >= RememberedMax)
        {
            (_old, _young) = (_young, new());
        }

        _young[digest] = token;
    }

    private static Digest DigestOf(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), bytes);
        return new Digest(
            BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
    }
}
