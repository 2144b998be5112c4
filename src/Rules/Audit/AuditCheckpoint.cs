using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Audit;

/// <summary>
/// What the audit trail was at some moment, signed: who has it finds out about every change to what was there, also by
/// somebody who has the database and could chain it anew. Each holds the hash of the one before.
/// </summary>
/// <param name="Number">1 for the first; without gaps.</param>
/// <param name="Head">A record of the trail, and its hash. Later ones need not be of later records.</param>
/// <param name="At">When it was signed: microseconds since 1970, UTC.</param>
/// <param name="Before">Hash of the checkpoint before, see <see cref="HashOf"/>; zeros for the first.</param>
public sealed record AuditCheckpoint(long Number, AuditHead Head, long At, string Before)
{
    /// <summary>What stands before the first checkpoint.</summary>
    public static readonly string NothingBefore = new('0', 64);

    private const string Type = "audit-checkpoint+jws";

    /// <summary>
    /// The checkpoint as a signed line: JSON Web Signature in its compact form (RFC 7515), so that other programs can
    /// judge it.
    /// </summary>
    public string Sign(PrivateKey key) => CompactToken.Sign(
        Type,
        JsonText.Write(json =>
        {
            json.WriteNumber("checkpoint", Number);
            json.WriteNumber("sequence", Head.Sequence);
            json.WriteString("hash", Head.Hash);
            json.WriteString("at", AuditLine.TimeOf(At));
            json.WriteString("before", Before);
        }),
        key);

    /// <summary>SHA-256 of a signed line, which the next checkpoint holds; 64 hexadecimal digits.</summary>
    public static string HashOf(string line) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));

    /// <summary>A signed line, judged; null when it is no checkpoint that one of these keys has signed.</summary>
    public static AuditCheckpoint? Read(string line, PublicKeySet keys)
    {
        if (CompactToken.TryParse(line, out var token) is not TokenFault.None
            || token!.Type != Type
            || keys.Find(token.KeyId) is not { } key
            || !token.IsSignedBy(key))
        {
            return null;
        }

        using var document = StrictJson.TryParseObject(token.Payload);
        return document?.RootElement is { } root
            && root.CountOf("checkpoint") is { } number and > 0
            && root.CountOf("sequence") is { } sequence
            && root.TextOf("hash") is { Length: 64 } hash
            && root.TextOf("before") is { Length: 64 } before
            && DateTime.TryParseExact(
                root.TextOf("at"), AuditLine.TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
                ? new AuditCheckpoint(
                    number, new AuditHead(sequence, hash),
                    (at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, before)
                : null;
    }
}

/// <summary>What is wrong with a checkpoint. The first one is told.</summary>
public enum CheckpointFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No key that is trusted has signed it, or it was changed since.</summary>
    NotSigned,

    /// <summary>It is not the next one: checkpoints were taken out, put in, or moved.</summary>
    OutOfSequence,

    /// <summary>The one before it is another than when it was signed.</summary>
    OtherBefore,

    /// <summary>It is of a record that another checkpoint says is another.</summary>
    Contradiction,
}

/// <summary>
/// Goes through checkpoints, from the first or any other on, and finds the first fault. A trail that holds what all of
/// them say was not touched up to the last of them.
/// </summary>
public sealed class CheckpointVerification(PublicKeySet keys)
{
    private readonly Dictionary<long, string> _hashes = [];
    private (long Number, string Line)? _last;

    /// <summary>The records that checkpoints were signed for, and their hashes.</summary>
    public IReadOnlyDictionary<long, string> Hashes => _hashes;

    /// <summary>The next line.</summary>
    public CheckpointFault Next(string line)
    {
        if (AuditCheckpoint.Read(line, keys) is not { } checkpoint)
        {
            return CheckpointFault.NotSigned;
        }

        if (_last is { } last && checkpoint.Number != last.Number + 1)
        {
            return CheckpointFault.OutOfSequence;
        }

        if (_last is { } before && checkpoint.Before != AuditCheckpoint.HashOf(before.Line))
        {
            return CheckpointFault.OtherBefore;
        }

        if (!_hashes.TryAdd(checkpoint.Head.Sequence, checkpoint.Head.Hash)
            && _hashes[checkpoint.Head.Sequence] != checkpoint.Head.Hash)
        {
            return CheckpointFault.Contradiction;
        }

        _last = (checkpoint.Number, line);
        return CheckpointFault.None;
    }
}
