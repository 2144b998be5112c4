using System.Runtime.CompilerServices;

namespace Sluice.Actors.Codecs;

/// <summary>Where a reader stands within a group: at the content of this field.</summary>
internal struct WireField()
{
    /// <summary>-1 before the first, <see cref="long.MaxValue"/> behind the last.</summary>
    internal long Number = -1;

    internal WireKind Kind;
}

/// <summary>Heads, groups and lists.</summary>
internal ref partial struct WireReader
{
    /// <summary>The kind of a value that is in no group.</summary>
    internal WireKind ReadLooseHead()
    {
        var head = ReadByte();
        if (head > (byte)WireKind.Null || head == (byte)WireKind.End)
        {
            Fail($"a value cannot begin with {head}");
        }

        return (WireKind)head;
    }

    /// <summary>Goes to the first field, or to the end.</summary>
    internal void BeginGroup(ref WireField field)
    {
        Deeper();
        NextField(ref field);
    }

    /// <summary>Goes to the next field, or to the end; the content of this one was read.</summary>
    internal void NextField(ref WireField field)
    {
        var head = ReadVarint();
        var number = head >> 3;
        var kind = (WireKind)(head & 7);
        if (head > uint.MaxValue || (kind == WireKind.End && number != 0))
        {
            Fail($"{head} is no head of a field");
        }

        if (kind == WireKind.End)
        {
            _depthLeft++;
            field.Number = long.MaxValue;
            return;
        }

        if ((long)number <= field.Number)
        {
            Fail($"field {number} comes after field {field.Number}: twice, or out of order");
        }

        field.Number = (long)number;
        field.Kind = kind;
    }

    /// <summary>Skips the fields below this number; true when it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsAt(ref WireField field, long number)
    {
        if (field.Number < number)
        {
            SkipTo(ref field, number);
        }

        return field.Number == number;
    }

    /// <summary>Skips the fields that are left.</summary>
    internal void EndGroup(ref WireField field) => SkipTo(ref field, long.MaxValue);

    /// <summary>The elements' kind and their count, each of which takes a byte at least.</summary>
    internal int BeginList(out WireKind kind)
    {
        Deeper();
        var head = ReadVarint();
        kind = (WireKind)(head & 7);
        if (kind == WireKind.End)
        {
            Fail("a list of ends is no list");
        }

        var size = kind switch { WireKind.Fixed32 => 4UL, WireKind.Fixed64 => 8UL, _ => 1UL };
        var count = head >> 3;
        if (count > (ulong)Remaining / size || count > (ulong)_elementsLeft)
        {
            Fail($"a list of {count} elements was promised and {Remaining} bytes are left");
        }

        _elementsLeft -= (int)count;
        return (int)count;
    }

    internal void EndList() => _depthLeft++;

    internal void Skip(WireKind kind)
    {
        switch (kind)
        {
            case WireKind.Integer:
                ReadLongVarint(lastByteMost: 3, out _);
                break;
            case WireKind.Fixed32:
                Take(sizeof(uint));
                break;
            case WireKind.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireKind.Bytes:
                Take(ReadVarint());
                break;
            case WireKind.Group:
                var field = new WireField();
                BeginGroup(ref field);
                EndGroup(ref field);
                break;
            case WireKind.List:
                var count = BeginList(out var elementKind);
                for (var i = 0; i < count; i++)
                {
                    Skip(elementKind == WireKind.Null ? ReadLooseHead() : elementKind);
                }

                EndList();
                break;
        }
    }

    private void SkipTo(ref WireField field, long number)
    {
        while (field.Number < number)
        {
            Skip(field.Kind);
            NextField(ref field);
        }
    }

    private void Deeper()
    {
        if (--_depthLeft < 0)
        {
            Fail("objects and lists nest too deep");
        }
    }
}
