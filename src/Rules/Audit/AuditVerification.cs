namespace Sluice.Rules.Audit;

/// <summary>What is wrong with a record. The first one of a trail is told; after it nothing can be known.</summary>
public enum AuditFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its number is not the next one: records were taken out, put in, or moved.</summary>
    OutOfSequence,

    /// <summary>Its hash is not that of its entry behind the record before: one of the two was changed.</summary>
    Changed,

    /// <summary>It cannot be read as a record.</summary>
    Unreadable,
}

/// <summary>Goes through a trail, from its beginning or a head that is trusted, and finds the first fault.</summary>
/// <param name="from">What is trusted; <see cref="AuditHead.Empty"/> for the whole trail.</param>
public sealed class AuditVerification(AuditHead from)
{
    /// <summary>The last record that was right.</summary>
    public AuditHead Head { get; private set; } = from;

    /// <summary>The next record.</summary>
    /// <returns>What is wrong with it; <see cref="Head"/> stays before it then.</returns>
    public AuditFault Next(AuditRecord record)
    {
        if (record.Sequence != Head.Sequence + 1)
        {
            return AuditFault.OutOfSequence;
        }

        if (AuditChain.HashOf(Head.Hash, record.Sequence, record.Entry) != record.Hash)
        {
            return AuditFault.Changed;
        }

        Head = new AuditHead(record.Sequence, record.Hash);
        return AuditFault.None;
    }
}
