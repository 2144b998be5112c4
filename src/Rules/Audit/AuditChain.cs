using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Rules.Audit;

/// <summary>Where a chain ends: whoever has kept this finds out about every change to what is before it.</summary>
/// <param name="Sequence">The last record; 0 when there is none.</param>
/// <param name="Hash">Its hash; of no record, zeros. 64 hexadecimal digits.</param>
public readonly record struct AuditHead(long Sequence, string Hash)
{
    /// <summary>The head of an empty chain.</summary>
    public static readonly AuditHead Empty = new(0, new string('0', 64));
}

/// <summary>
/// Chains the audit trail: the hash of a record is over the hash before it and all of its entry, so that nothing in it
/// can be changed, taken out, put in or moved without every later hash being another.
/// </summary>
/// <remarks>
/// SHA-256 of the byte 0, the hash before, and the record: its number, its time, and each text, every one behind its
/// length, as 8 bytes with the highest first. The leading byte keeps records apart from whatever else is ever hashed
/// (RFC 6962, section 2.1).
/// </remarks>
public static class AuditChain
{
    /// <summary>Puts entries at the end of a chain, in their order.</summary>
    public static ImmutableArray<AuditRecord> Append(AuditHead head, IEnumerable<AuditEntry> entries)
    {
        var records = ImmutableArray.CreateBuilder<AuditRecord>();
        foreach (var entry in entries)
        {
            head = new AuditHead(head.Sequence + 1, HashOf(head.Hash, head.Sequence + 1, entry));
            records.Add(new AuditRecord(head.Sequence, entry, head.Hash));
        }

        return records.ToImmutable();
    }

    /// <summary>The hash of a record.</summary>
    /// <param name="before">The hash before it.</param>
    /// <param name="sequence">Its place.</param>
    /// <param name="entry">What is there.</param>
    public static string HashOf(string before, long sequence, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(Convert.FromHexString(before));
        Append(hash, sequence);
        Append(hash, entry.At);
        foreach (var text in (string[])
            [
                entry.Id, entry.Actor, entry.Note.Action, entry.Note.Subject, entry.Note.Before, entry.Note.After,
                entry.Note.Detail,
            ])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Append(hash, bytes.Length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
