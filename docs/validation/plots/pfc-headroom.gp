# gnuplot pfc-headroom.gp: headroom set aside and used in the worst case, frames of 1,024 B, cut-through
set terminal svg size 640,360 dynamic font "sans,12"
set output "pfc-headroom.svg"
set xlabel "headroom set aside [frames]"
set ylabel "used [frames]"
set logscale xy
set xrange [8:3000]
set yrange [8:3000]
set key top left
set grid
# 100, 400, 800 Gb/s × 2 m, 50 m, 2 km; B ÷ 1,138 B
$used << EOD
13855 12528
19735 18211
258610 257188
48340 46663
71860 70561
1027360 1025353
94320 92178
141360 139979
2052360 2049540
EOD
plot x with lines lc "gray" title "all", x-2 with lines dt 2 lc "gray" title "all but two frames", \
     $used using ($1/1138):($2/1138) with points pt 7 lc "#0060ad" title "used"
