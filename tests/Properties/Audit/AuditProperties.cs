using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Audit;
using Xunit;

namespace Sluice.Properties.Audit;

/// <summary>Guards evidence: whoever touches the trail is found out, and where.</summary>
public sealed class AuditProperties
{
    private static readonly Gen<string> Texts = Gen.Elements(
        "", "a", "plan/gold", "client/0123456789Ab/1", "{\"before\":{},\"after\":{\"limits\":[1]}}",
        "Söhne \"&\" 😀\n");

    private static readonly Gen<AuditEntry> Entries =
        from id in Gen.Choose(0, int.MaxValue)
        from at in Gen.Choose(0, int.MaxValue)
        from texts in Texts.ArrayOf(6)
        select new AuditEntry(
            $"{id:x}", at, texts[0], new AuditNote(texts[1], texts[2], texts[3], texts[4], texts[5]));

    private static readonly Gen<ImmutableArray<AuditRecord>> Trails =
        from length in Gen.Choose(1, 12)
        from entries in Entries.ArrayOf(length)
        select AuditChain.Append(AuditHead.Empty, entries);

    private enum Touch
    {
        Sequence,
        Id,
        At,
        Actor,
        Action,
        Subject,
        Before,
        After,
        Detail,
        Hash,
        TakeOut,
        PutIn,
        Swap,
    }

    [Fact]
    public void A_trail_that_nobody_touched_is_right_from_any_head_of_it() => Law.Holds(
        from trail in Trails from trusted in Gen.Choose(0, trail.Length) select (trail, trusted),
        drawn =>
        {
            var (trail, trusted) = drawn;
            var head = trusted == 0
                ? AuditHead.Empty
                : new AuditHead(trail[trusted - 1].Sequence, trail[trusted - 1].Hash);

            Assert.Equal((AuditFault.None, trail.Length), FirstFault(head, trail.Skip(trusted)));
        });

    [Fact]
    public void Every_touch_is_found_at_the_record_that_was_touched() => Law.Holds(
        from trail in Trails
        from place in Gen.Choose(0, trail.Length - 1)
        from touch in Gen.Elements(Enum.GetValues<Touch>())
        select (trail, place, touch),
        drawn =>
        {
            var (trail, place, touch) = drawn;
            var touched = Touched(trail, place, touch);
            if (touched.SequenceEqual(trail) || (touch is Touch.TakeOut && place == trail.Length - 1))
            {
                return; // Nothing was touched; or its end is gone, which a head that was kept tells, and no record.
            }

            var (fault, right) = FirstFault(AuditHead.Empty, touched);

            Assert.NotEqual(AuditFault.None, fault);
            Assert.Equal(place, right);
        });

    [Fact]
    public void What_is_chained_in_parts_is_the_same_trail() => Law.Holds(
        from entries in Entries.ArrayOf(8) from cut in Gen.Choose(0, 8) select (entries, cut),
        drawn =>
        {
            var (entries, cut) = drawn;
            var first = AuditChain.Append(AuditHead.Empty, entries[..cut]);
            var head = first.IsEmpty ? AuditHead.Empty : new AuditHead(first[^1].Sequence, first[^1].Hash);

            Assert.Equal(
                AuditChain.Append(AuditHead.Empty, entries),
                first.AddRange(AuditChain.Append(head, entries[cut..])));
        });

    [Fact]
    public void A_line_is_read_as_it_was_written_and_a_changed_one_is_no_record_or_another() => Law.Holds(
        from trail in Trails
        from at in Gen.Choose(0, 10_000)
        from other in Gen.Elements('0', 'a', '"', ' ', '{')
        select (trail[0], at, other),
        drawn =>
        {
            var (record, at, other) = drawn;
            var line = AuditLine.Write(record);
            Assert.Equal(record, AuditLine.Read(line));
            Assert.DoesNotContain('\n', line);

            var place = at % line.Length;
            var changed = line[..place] + other + line[(place + 1)..];
            var read = AuditLine.Read(changed);
            Assert.True(
                changed == line || read is null || read == record
                || new AuditVerification(AuditHead.Empty).Next(read) is not AuditFault.None, changed);
        });

    private static (AuditFault Fault, int Right) FirstFault(AuditHead from, IEnumerable<AuditRecord> trail)
    {
        var verification = new AuditVerification(from);
        foreach (var record in trail)
        {
            if (verification.Next(record) is not AuditFault.None and var fault)
            {
                return (fault, (int)verification.Head.Sequence);
            }
        }

        return (AuditFault.None, (int)verification.Head.Sequence);
    }

    private static IReadOnlyList<AuditRecord> Touched(ImmutableArray<AuditRecord> trail, int place, Touch touch)
    {
        var (record, entry, note) = (trail[place], trail[place].Entry, trail[place].Entry.Note);
        return touch switch
        {
            Touch.Sequence => trail.SetItem(place, record with { Sequence = record.Sequence + 1 }),
            Touch.Id => With(entry with { Id = entry.Id + "0" }),
            Touch.At => With(entry with { At = entry.At + 1 }),
            Touch.Actor => With(entry with { Actor = entry.Actor + " " }),
            Touch.Action => With(entry with { Note = note with { Action = "x" + note.Action } }),
            Touch.Subject => With(
                // From one text into the next, so that all bytes stay and only their borders move.
                entry with { Note = note with { Subject = note.Subject + "b", Before = note.Before } }),
            Touch.Before => With(entry with { Note = note with { Before = note.After, After = note.Before } }),
            Touch.After => With(entry with { Note = note with { After = note.After + "\0" } }),
            Touch.Detail => With(entry with { Note = note with { Detail = note.Detail.ToUpperInvariant() } }),
            Touch.Hash => trail.SetItem(place, record with { Hash = record.Hash[1..] + record.Hash[0] }),
            Touch.TakeOut => trail.RemoveAt(place),
            Touch.PutIn => trail.Insert(place, record with { Entry = entry with { Id = "new" } }),
            _ => place == trail.Length - 1 ? trail : trail.SetItem(place, trail[place + 1]).SetItem(place + 1, record),
        };

        IReadOnlyList<AuditRecord> With(AuditEntry changed) => trail.SetItem(place, record with { Entry = changed });
    }
}
