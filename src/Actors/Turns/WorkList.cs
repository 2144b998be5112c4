namespace Sluice.Actors.Turns;

/// <summary>
/// A list of work items linked through themselves: adding and taking out anywhere costs no allocation.
/// </summary>
internal struct WorkList
{
    internal WorkItem? First { get; private set; }

    internal WorkItem? Last { get; private set; }

    internal int Count { get; private set; }

    internal void Add(WorkItem item)
    {
        item.Previous = Last;
        if (Last is null)
        {
            First = item;
        }
        else
        {
            Last.Next = item;
        }

        Last = item;
        Count++;
    }

    internal void Remove(WorkItem item)
    {
        if (item.Previous is null)
        {
            First = item.Next;
        }
        else
        {
            item.Previous.Next = item.Next;
        }

        if (item.Next is null)
        {
            Last = item.Previous;
        }
        else
        {
            item.Next.Previous = item.Previous;
        }

        item.Previous = null;
        item.Next = null;
        Count--;
    }
}
