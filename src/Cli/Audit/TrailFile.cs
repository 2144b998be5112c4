using Sluice.Rules.Audit;

namespace Sluice.Cli.Audit;

/// <param name="IsRight">Nothing was found.</param>
/// <param name="Sentence">What was found, for people.</param>
internal readonly record struct TrailFinding(bool IsRight, string Sentence);

/// <summary>An exported audit trail.</summary>
internal static class TrailFile
{
    /// <summary>Goes through all of it, and tells the first record that is not as it was written.</summary>
    /// <param name="reader">The lines.</param>
    /// <param name="from">What is trusted to be before it.</param>
    /// <param name="to">A head that was kept and must be in it, or be what is before it; null for none.</param>
    /// <param name="signed">
    /// Hashes of records that are trusted. Where it has the record before the first one, the trail may begin there.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TrailFinding> VerifyAsync(
        TextReader reader, AuditHead from, AuditHead? to, IReadOnlyDictionary<long, string> signed,
        CancellationToken cancellationToken)
    {
        var verification = new AuditVerification(from);
        var (line, hasHead) = (0L, to == from);
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            line++;
            var record = AuditLine.Read(text);
            if (line == 1 && from == AuditHead.Empty && record is not null
                && signed.TryGetValue(record.Sequence - 1, out var before))
            {
                verification = new AuditVerification(new AuditHead(record.Sequence - 1, before));
            }

            var fault = record is null ? AuditFault.Unreadable : verification.Next(record);
            if (fault is not AuditFault.None)
            {
                return new TrailFinding(false, Describe(fault, line, record, verification.Head));
            }

            var (sequence, hash) = verification.Head;
            if ((sequence == to?.Sequence && hash != to.Value.Hash)
                || (signed.TryGetValue(sequence, out var right) && hash != right))
            {
                return new TrailFinding(
                    false,
                    $"Line {line}: record {sequence} is not the one whose hash was kept: the trail was written anew, "
                    + "up to here at least.");
            }

            hasHead |= verification.Head == to;
        }

        var head = verification.Head;
        var missing = signed.Keys.Where(sequence => sequence > head.Sequence).DefaultIfEmpty().Min();
        if (missing > 0)
        {
            to = new AuditHead(missing, signed[missing]);
            hasHead = false;
        }

        return to is null || hasHead
            ? new TrailFinding(
                true, $"{line} records are as they were written. The trail ends with {head.Sequence}:{head.Hash}.")
            : new TrailFinding(
                false,
                $"The trail ends with record {head.Sequence}, and record {to.Value.Sequence} was there when its hash "
                + "was kept: its end was cut off.");
    }

    private static string Describe(AuditFault fault, long line, AuditRecord? record, AuditHead head) => fault switch
    {
        AuditFault.Unreadable =>
            $"Line {line} is no record: it should be record {head.Sequence + 1}. It was changed, or the file is "
            + "another.",
        AuditFault.OutOfSequence =>
            $"Line {line}: record {record!.Sequence} stands where record {head.Sequence + 1} should: records were "
            + "taken out, put in or moved.",
        _ => $"Line {line}: record {record!.Sequence} ({record.Entry.Note.Action} {record.Entry.Note.Subject}) is not "
            + "as it was written: it, or its hash, was changed.",
    };
}
